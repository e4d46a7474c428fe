using System.Net;
using Microsoft.Extensions.Logging;

namespace Estiba.Instances;

/// <summary>What an operator should know of virtual instances.</summary>
internal static partial class InstanceLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Instance {Instance}, user data: {Complaint}")]
    internal static partial void Complaint(ILogger logger, string instance, string complaint);

    [LoggerMessage(Level = LogLevel.Information, Message = "Instance {Instance} had nothing to deregister: {Reason}")]
    internal static partial void NotDeregistered(ILogger logger, string instance, string reason);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Containers get the credentials of their task's role at {Address}"
    )]
    internal static partial void HasMetadata(ILogger logger, IPAddress address);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Tasks with a task role are not placed here, because containers cannot ask at {Address}: {Reason}"
    )]
    internal static partial void HasNoMetadata(ILogger logger, IPAddress address, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Tasks that use Service Connect are not placed here, because containers cannot connect to "
            + "{Address}: {Reason}"
    )]
    internal static partial void HasNoServiceConnect(ILogger logger, IPAddress address, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Containers do not reach the platform at {EndPoint}: {Reason}")]
    internal static partial void NotForContainers(ILogger logger, IPEndPoint endPoint, string reason);
}
