using Quickstart;

return await QuickstartCommand.InvokeAsync(args);
