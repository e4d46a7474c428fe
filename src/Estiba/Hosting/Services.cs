namespace Estiba.Hosting;

internal static class Services
{
    internal static IReadOnlyList<Coverage> Coverage() => [];
}
