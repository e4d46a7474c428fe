using System.Runtime.InteropServices;
using System.Text.Json;
using Estiba.Console;
using Estiba.Console.Hosting;

using var input = new StreamReader(System.Console.OpenStandardInput());
ConsoleSettings settings;
try
{
    settings = ConsoleSettings.Parse(await input.ReadLineAsync() ?? "");
}
catch (InvalidDataException fault)
{
    await System.Console.Error.WriteLineAsync($"{fault.Message} The settings are one line of JSON on standard input.");
    return 2;
}

await using var application = ConsolePipeline.Build(settings);
try
{
    await application.StartAsync();
}
catch (IOException fault)
{
    await System.Console.Error.WriteLineAsync(fault.Message);
    return 1;
}

var listening = settings.SocketPath is null ? application.Urls.First() : settings.Listen;
await System.Console.Out.WriteLineAsync(JsonSerializer.Serialize(new { listening }));

// Ctrl-C in a terminal reaches whoever started it too, who says when it ends.
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);

// Whoever started it holds its input open for as long as it is wanted.
_ = Task.Run(async () =>
{
    while (await input.ReadLineAsync() is not null)
        continue;
    application.Lifetime.StopApplication();
});
await application.WaitForShutdownAsync();
if (settings.SocketPath is { } socket)
    SocketDirectory.Leave(socket);
return 0;
