using Estiba.Contracts;
using Estiba.Contracts.Protocols;
using Estiba.Contracts.Signing;
using Estiba.Gateway.Authentication;
using Estiba.Gateway.Operations;
using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway.Doors;

/// <summary>
/// Answers a signed request that names no operation, as clients of REST make them: none of the platform's services is
/// asked like that.
/// </summary>
/// <remarks>
/// In the form of the service that it is for ("REST error responses" of S3; JSON), with a status that clients take for
/// final.
/// </remarks>
internal static class UnknownService
{
    /// <summary>Whether a client of AWS made the request, rightly or wrongly signed; a browser does not.</summary>
    public static bool IsAsked(HttpRequest request) =>
        request.Headers.ContainsKey("Authorization") || request.Query.ContainsKey("X-Amz-Signature");

    public static async Task AnswerAsync(HttpContext http)
    {
        var name = NameOf(http);
        var message =
            "This platform knows no such request of "
            + $"{(name is null ? "a service" : $"the service '{name}'")}. 'estiba coverage' lists the "
            + "services and operations that it knows.";
        var error = new AwsException("UnknownService", message, StatusCodes.Status404NotFound);
        var protocol = name is null || ServiceTraits.Of(name).SpeaksXml ? Protocol.RestXmlBare : Protocol.Json11;
        using var output = new PooledBuffer();
        var answer = new WireAnswer(output);
        protocol.WriteError(answer, service: null, error, http.TraceIdentifier);
        await AnswerSender.SendAsync(http, answer);
    }

    /// <summary>
    /// The service that the signature is for; null where it does not say, or says what no answer could repeat.
    /// </summary>
    private static string? NameOf(HttpContext http)
    {
        try
        {
            var service = SignatureClaim.Read(new SignedRequest(http)).Scope.Service;
            return
                service.Length > 0
                && service.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '_')
                ? service
                : null;
        }
        catch (SignatureException)
        {
            return null;
        }
    }
}
