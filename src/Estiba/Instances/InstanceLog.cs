using Microsoft.Extensions.Logging;

namespace Estiba.Instances;

/// <summary>What an operator should know of virtual instances.</summary>
internal static partial class InstanceLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Instance {Instance}, user data: {Complaint}")]
    internal static partial void Complaint(ILogger logger, string instance, string complaint);

    [LoggerMessage(Level = LogLevel.Information, Message = "Instance {Instance} had nothing to deregister: {Reason}")]
    internal static partial void NotDeregistered(ILogger logger, string instance, string reason);
}
