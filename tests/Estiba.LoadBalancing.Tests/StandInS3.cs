using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.S3;

namespace Estiba.LoadBalancing.Tests;

/// <summary>S3 with objects as the test says.</summary>
internal sealed class StandInS3 : IS3Api
{
    /// <summary>Contents by bucket and key.</summary>
    public Dictionary<(string Bucket, string Key), byte[]> Objects { get; } = [];

    public void Put(string key, string content) => Objects[("bucket", key)] = Encoding.UTF8.GetBytes(content);

    public Task<GetObjectOutput> GetObjectAsync(
        GetObjectRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Objects.TryGetValue((request.Bucket!, request.Key!), out var content)
            ? Task.FromResult(new GetObjectOutput { Body = new MemoryStream(content), ContentLength = content.Length })
            : throw S3Errors.NoSuchKey("The specified key does not exist.");
}
