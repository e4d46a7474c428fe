using Estiba.Platforms;

namespace Estiba.Consoles;

/// <summary>Links to the console of this platform.</summary>
internal sealed class PlatformLinks(PlatformConfiguration configuration, ConsoleLinks links)
{
    /// <summary>A new one; null where the platform has no console. Nothing is started for it.</summary>
    internal Uri? Create() => File.Exists(configuration.ConsoleProgram) ? links.Create(configuration.Endpoint) : null;
}
