using Estiba.CommandLine;

return await EstibaCommandLine.RunAsync(args, Terminal.OfProcess());
