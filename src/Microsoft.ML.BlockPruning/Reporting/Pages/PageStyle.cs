using Microsoft.ML.BlockPruning.Reporting.Plots;

namespace Microsoft.ML.BlockPruning.Reporting.Pages;

/// <summary>The style of a report's page: one column on a phone, plots side by side on a desk.</summary>
/// <remarks>No quotes, ampersands or angle brackets, so that the page is HTML and XML at once.</remarks>
internal static class PageStyle
{
    private const string Rules = """

        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
        main{max-width:1360px;margin:0 auto;padding:16px}
        h1{font-size:1.6rem;line-height:1.2;margin:8px 0 16px;overflow-wrap:anywhere}
        h2{font-size:1.25rem;margin:40px 0 12px;padding-top:12px;border-top:1px solid var(--line);overflow-wrap:anywhere}
        h3{font-size:1.05rem;margin:28px 0 8px}
        p{margin:6px 0;max-width:80ch;overflow-wrap:anywhere}
        ul{margin:6px 0;padding-left:20px;max-width:90ch;overflow-wrap:anywhere}
        .answer{background:var(--soft);border:1px solid var(--line);border-left:5px solid var(--mark);border-radius:6px;padding:10px 16px}
        .answer p:first-child{font-size:1.2rem;font-weight:600}
        .answer p,.muted{max-width:none}
        .muted{color:var(--muted);font-size:.875rem}
        .plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,380px),1fr));gap:12px;margin:20px 0}
        .plot{width:100%;max-width:560px;height:auto;display:block;justify-self:center}
        .wide{overflow-x:auto;max-width:100%}
        table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums;margin:8px 0}
        th,td{padding:5px 10px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
        th{color:var(--muted);font-weight:600}
        th:first-child,td:first-child{text-align:left}
        tr.recommended td{font-weight:600;background:var(--soft)}
        tr.failed td{color:var(--bad)}
        tr.words td{text-align:left;white-space:normal;overflow-wrap:anywhere}
        .bars{columns:380px auto;column-gap:40px}
        .bar{display:grid;grid-template-columns:11.5em 1fr 4.5em;gap:10px;align-items:center;font-size:.875rem;break-inside:avoid}
        .bar .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
        .bar .share{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
        .track{background:var(--line);border-radius:3px;height:12px;overflow:hidden}
        .fill{background:var(--accent);height:12px}
        .masks{display:flex;flex-wrap:wrap;gap:28px 56px;margin:12px 0 20px}
        .masks h4{margin:0 0 6px;font-size:.875rem}
        .mask-row{display:flex;flex-wrap:wrap;gap:12px;align-items:flex-end}
        figure{margin:0;max-width:100%}
        figcaption{font-size:.8125rem;color:var(--muted);overflow-wrap:anywhere}
        .mask{display:block;max-width:100%;height:auto;border:1px solid var(--muted);image-rendering:pixelated}
        .confusion td,.confusion th{padding:4px 7px;text-align:center;min-width:34px}
        .confusion th:first-child{text-align:left}
        .same{box-shadow:inset 0 0 0 1px var(--muted)}
        .examples{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:16px;margin:12px 0}
        .examples img{display:block;width:112px;height:112px;object-fit:contain;image-rendering:pixelated}
        .examples img{border:1px solid var(--line);margin-bottom:6px}
        .examples figcaption{color:var(--ink)}
        .right{color:var(--good)}
        .wrong{color:var(--bad)}
        details{margin:12px 0}
        summary{cursor:pointer}
        @media(max-width:600px){
        table{font-size:.8125rem}
        th,td{padding:5px 6px}
        .wide td:first-child{white-space:normal;min-width:11em}
        .confusion td,.confusion th{padding:4px 1px;min-width:24px}
        .confusion th:first-child{white-space:normal}
        }

        """;

    public static string All => PlotStyle.Colours(":root") + PlotStyle.Rules + Rules;
}
