namespace Estiba.Ecs.Services;

/// <summary>The states of a service.</summary>
internal static class ServiceStatus
{
    internal const string Active = "ACTIVE";
    internal const string Draining = "DRAINING";
    internal const string Inactive = "INACTIVE";
}
