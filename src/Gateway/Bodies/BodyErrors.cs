using Estiba.Contracts;
using Estiba.Contracts.Protocols;

namespace Estiba.Gateway.Bodies;

/// <summary>The errors for bodies that are not read.</summary>
internal static class BodyErrors
{
    public static AwsException Of(BodyException body, Protocol protocol) =>
        body.Fault switch
        {
            BodyFault.TooLarge => new(
                "RequestEntityTooLarge",
                $"The request is too large: its body may have at most {body.Limit} bytes.",
                413
            ),
            BodyFault.TooSlow => protocol.TooSlow(),
            BodyFault.NotUnpacked => AwsException.Serialization("The body is not compressed as it says to be"),
            _ => protocol.Unavailable(
                "The bodies of other requests have all the memory that there is for them. Repeat the request."
            ),
        };
}
