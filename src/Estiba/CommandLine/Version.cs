using System.Reflection;

namespace Estiba.CommandLine;

/// <summary>Which Estiba this is.</summary>
internal static class Version
{
    internal static string Text { get; } =
        typeof(Version)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0]
        ?? "";
}
