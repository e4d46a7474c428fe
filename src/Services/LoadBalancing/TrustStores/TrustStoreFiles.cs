using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.S3;
using Estiba.State;
using Microsoft.AspNetCore.Http;

namespace Estiba.LoadBalancing.TrustStores;

/// <summary>
/// Reads what trust stores are made of from S3, as whoever makes them, and gives it out again under addresses that are
/// good for ten minutes, as presigned ones of S3 are.
/// </summary>
internal sealed class TrustStoreFiles(Store store, IS3Api buckets, ReadOnlyMemory<byte> key, TimeProvider time)
{
    /// <summary>Where it gives them out.</summary>
    internal const string Path = "/elasticloadbalancing/truststore";

    private const int Largest = 1024 * 1024;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>An object's content; null where there is none, or the caller may not read it.</summary>
    /// <exception cref="InvalidDataException">It is too large.</exception>
    internal async Task<byte[]?> ReadAsync(
        string bucket,
        string name,
        string? version,
        CallContext context,
        CancellationToken cancellation
    )
    {
        GetObjectOutput found;
        try
        {
            var request = new GetObjectRequest
            {
                Bucket = bucket,
                Key = name,
                VersionId = version,
            };
            found = await buckets.GetObjectAsync(request, context, cancellation);
        }
        catch (AwsException missing) when (missing.StatusCode is 403 or 404)
        {
            return null;
        }

        await using var body = found.Body!;
        if (found.ContentLength > Largest)
            throw new InvalidDataException($"It has more than {Largest} bytes.");
        using var content = new MemoryStream();
        await body.CopyToAsync(content, cancellation);
        return content.ToArray();
    }

    /// <summary>The address of a store's certificates, or of one of its revocations.</summary>
    internal string Address(TrustStoreRecord trustStore, long? revocation, CallContext context)
    {
        var expires = (time.GetUtcNow() + Lifetime).ToUnixTimeSeconds();
        var what = $"{trustStore.Key}/{revocation ?? 0}/{expires}";
        var scheme = context.Origin is { IsSecure: true } ? "https" : "http";
        return $"{scheme}://{context.Origin?.Host ?? "localhost"}{Path}/{what}/{Sign(what)}";
    }

    internal async Task AnswerAsync(HttpContext http)
    {
        var given = http.Request.Path.Value![Path.Length..].TrimStart('/');
        var end = given.LastIndexOf('/');
        if (end < 0 || ContentOf(given[..end], given[(end + 1)..]) is not { } content)
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        http.Response.ContentType = "application/octet-stream";
        http.Response.ContentLength = content.Length;
        await http.Response.BodyWriter.WriteAsync(content, http.RequestAborted);
    }

    private byte[]? ContentOf(string what, string signature)
    {
        if (
            !CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(Sign(what)),
                Encoding.UTF8.GetBytes(signature)
            )
        )
            return null;
        var parts = what.Split('/');
        var (revocation, expires) = (Number(parts[^2]), Number(parts[^1]));
        if (
            expires < time.GetUtcNow().ToUnixTimeSeconds()
            || store.Current.Find(LoadBalancingTables.TrustStores, string.Join('/', parts[..^2])) is not { } found
        )
            return null;
        return revocation == 0 ? Encoding.UTF8.GetBytes(found.Bundle)
            : found.Revocations.FirstOrDefault(list => list.Id == revocation) is { } list
                ? Convert.FromBase64String(list.Content)
            : null;
    }

    private string Sign(string what) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key.Span, Encoding.UTF8.GetBytes("truststore/" + what)));

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
