using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Gateway.Authentication;
using Estiba.Gateway.Protocols;
using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway.Doors;

/// <summary>
/// Answers a signed request that names no operation, as the clients of Amazon S3 make them: none of the platform's services is asked like that.
/// </summary>
/// <remarks>In the form of the service that it is for ("REST error responses" of S3; JSON), with a status that clients take for final.</remarks>
internal static class UnknownService
{
    private static readonly string[] s_inXml = ["s3", "s3express", "route53", "cloudfront"];

    /// <summary>Whether a client of AWS made the request, rightly or wrongly signed; a browser does not.</summary>
    public static bool IsAsked(HttpRequest request) => request.Headers.ContainsKey("Authorization") || request.Query.ContainsKey("X-Amz-Signature");

    public static async Task AnswerAsync(HttpContext http)
    {
        var name = NameOf(http);
        var message = $"This platform knows no such request of {(name is null ? "a service" : $"the service '{name}'")}. 'estiba coverage' lists the services and operations that it knows.";
        var error = new AwsException("UnknownService", message, StatusCodes.Status404NotFound);
        var inXml = name is null || s_inXml.Contains(name);
        using var output = new PooledBuffer();
        if (inXml) WriteXml(output, error, http.TraceIdentifier);
        else WireProtocol.Json.WriteError(output, service: null, error, http.TraceIdentifier);

        http.Response.StatusCode = error.StatusCode;
        http.Response.ContentType = inXml ? "application/xml" : WireProtocol.Json.ContentType;
        http.Response.ContentLength = output.Written.Length;
        http.Response.Headers["x-amzn-RequestId"] = http.TraceIdentifier;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.BodyWriter.WriteAsync(output.Written, http.RequestAborted);
    }

    private static void WriteXml(PooledBuffer output, AwsException error, string requestId) =>
        XmlAnswer.Write(output, (error, requestId), static (xml, state) =>
        {
            xml.WriteStartElement("Error");
            xml.WriteElementString("Code", state.error.Code);
            xml.WriteElementString("Message", state.error.Message);
            xml.WriteElementString("RequestId", state.requestId);
            xml.WriteEndElement();
        });

    /// <summary>The service that the signature is for; null where it does not say, or says what no answer could repeat.</summary>
    private static string? NameOf(HttpContext http)
    {
        try
        {
            var service = SignatureClaim.Read(new SignedRequest(http)).Scope.Service;
            return service.Length > 0 && service.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '_') ? service : null;
        }
        catch (SignatureException)
        {
            return null;
        }
    }
}
