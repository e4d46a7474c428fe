namespace Estiba.Gateway.Bodies;

/// <summary>Why a body is not read.</summary>
internal enum BodyFault
{
    /// <summary>It has more bytes than a request of its kind may have.</summary>
    TooLarge,

    /// <summary>It does not arrive in the time that it may take.</summary>
    TooSlow,

    /// <summary>The bodies of other requests have all the memory that there is for bodies.</summary>
    OutOfMemory,

    /// <summary>It is not compressed as it says to be.</summary>
    NotUnpacked,
}

/// <summary>A body is not read to its end. The gateway turns it into the error of the request's protocol.</summary>
/// <param name="fault">Why.</param>
/// <param name="limit">How many bytes the body could have had.</param>
internal sealed class BodyException(BodyFault fault, int limit)
    : Exception($"The body of a request was not read: {fault}.")
{
    /// <summary>Why.</summary>
    public BodyFault Fault => fault;

    /// <summary>How many bytes it could have had.</summary>
    public int Limit => limit;
}
