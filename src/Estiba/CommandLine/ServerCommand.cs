using System.CommandLine;

namespace Estiba.CommandLine;

internal static class ServerCommand
{
    internal static Command Create(Terminal terminal) => new("server", "x");
}
