using System.Runtime.Versioning;
using Estiba.CommandLine;

[assembly: SupportedOSPlatform("linux")]

return await EstibaCommandLine.RunAsync(args, Terminal.OfProcess());
