// Drawings in their own size, each with a name of its own.
export default {
  mermaid: { deterministicIds: true, flowchart: { useMaxWidth: false } },
}
