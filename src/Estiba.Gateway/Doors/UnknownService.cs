using Estiba.Contracts.Signing;
using Estiba.Gateway.Authentication;
using Estiba.Gateway.Protocols;
using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway.Doors;

/// <summary>
/// Answers a signed request that names no operation, as the clients of Amazon S3 make them: none of the platform's services is asked like that.
/// </summary>
/// <remarks>In S3's own form ("REST error responses"), with a status that clients take for final.</remarks>
internal static class UnknownService
{
    /// <summary>Whether a client of AWS made the request, rightly or wrongly signed; a browser does not.</summary>
    public static bool IsAsked(HttpRequest request) => request.Headers.ContainsKey("Authorization") || request.Query.ContainsKey("X-Amz-Signature");

    public static async Task AnswerAsync(HttpContext http)
    {
        using var output = new PooledBuffer();
        XmlAnswer.Write(output, (Service: NameOf(http), http.TraceIdentifier), static (xml, state) =>
        {
            xml.WriteStartElement("Error");
            xml.WriteElementString("Code", "UnknownService");
            xml.WriteElementString("Message", $"This platform knows no such request of {state.Service}. 'estiba coverage' lists the services and operations that it knows.");
            xml.WriteElementString("RequestId", state.TraceIdentifier);
            xml.WriteEndElement();
        });
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        http.Response.ContentType = "application/xml";
        http.Response.ContentLength = output.Written.Length;
        http.Response.Headers["x-amzn-RequestId"] = http.TraceIdentifier;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.BodyWriter.WriteAsync(output.Written, http.RequestAborted);
    }

    private static string NameOf(HttpContext http)
    {
        try
        {
            var service = SignatureClaim.Read(new SignedRequest(http)).Scope.Service;
            return IsName(service) ? $"the service '{service}'" : "a service";
        }
        catch (SignatureException)
        {
            return "a service";
        }
    }

    // Whatever else the client calls it may not be repeated in XML.
    private static bool IsName(string text) => text.Length > 0 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '_');
}
