using System.CommandLine;

namespace Estiba.CommandLine;

internal static class AgentCommand
{
    internal static Command Create(Terminal terminal) => new("agent", "x");
}
