using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.S3;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.S3.Tests;

/// <summary>Buckets with a store in memory, files in a directory of their own, and a clock that a test moves.</summary>
internal sealed class S3World : IAsyncDisposable
{
    public const string BucketName = "things";

    private readonly MemoryJournal _journal = new();
    private readonly DirectoryInfo _directory = System.IO.Directory.CreateTempSubdirectory("estiba-s3-");
    private ModuleRunner _modules = null!;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero));

    public Store Store { get; private set; } = null!;

    public IS3Api Api { get; private set; } = null!;

    public string Directory => Path.Combine(_directory.FullName, "s3");

    /// <summary>The files of a folder, however deep.</summary>
    public IReadOnlyList<string> Files(string folder) =>
        System.IO.Directory.GetFiles(Path.Combine(Directory, folder), "*", SearchOption.AllDirectories);

    public static CallContext Context { get; } = In("111122223333");

    public static CallContext In(string account) =>
        new()
        {
            AccountId = account,
            Region = "eu-west-1",
            PrincipalArn = $"arn:aws:iam::{account}:root",
            AccessKeyId = "AKIAEXAMPLE",
            RequestId = "request",
        };

    public static async Task<S3World> CreateAsync(string? versioning = null)
    {
        var world = new S3World();
        await world.OpenAsync();
        await world.Api.CreateBucketAsync(new CreateBucketRequest { Bucket = BucketName }, Context);
        if (versioning is not null)
            await world.VersionAsync(versioning);
        return world;
    }

    /// <summary>The platform ends and starts again on the same data.</summary>
    public async Task RestartAsync()
    {
        await CloseAsync();
        await OpenAsync();
    }

    /// <summary>What is done from time to time is done once.</summary>
    public async Task RunChoresAsync()
    {
        foreach (var chore in _modules.Chores)
            await chore.RunAsync(CancellationToken.None);
    }

    public Task VersionAsync(string status) =>
        Api.PutBucketVersioningAsync(
            new PutBucketVersioningRequest
            {
                Bucket = BucketName,
                VersioningConfiguration = new VersioningConfiguration { Status = status },
            },
            Context
        );

    public Task<PutObjectOutput> PutAsync(
        string key,
        string content = "content",
        Func<PutObjectRequest, PutObjectRequest>? change = null
    )
    {
        var request = new PutObjectRequest
        {
            Bucket = BucketName,
            Key = key,
            Body = new MemoryStream(Encoding.UTF8.GetBytes(content)),
        };
        return Api.PutObjectAsync(change is null ? request : change(request), Context);
    }

    public Task<GetObjectOutput> GetAsync(string key, Func<GetObjectRequest, GetObjectRequest>? change = null)
    {
        var request = new GetObjectRequest { Bucket = BucketName, Key = key };
        return Api.GetObjectAsync(change is null ? request : change(request), Context);
    }

    public async Task<string> ReadAsync(string key, string? versionId = null, string? range = null)
    {
        var found = await GetAsync(key, request => request with { VersionId = versionId, Range = range });
        using var reader = new StreamReader(found.Body!);
        return await reader.ReadToEndAsync();
    }

    public async Task<(IReadOnlyList<string> Keys, IReadOnlyList<string> Prefixes, string? Next)> ListAsync(
        Func<ListObjectsV2Request, ListObjectsV2Request>? change = null
    )
    {
        var request = new ListObjectsV2Request { Bucket = BucketName };
        var list = await Api.ListObjectsV2Async(change is null ? request : change(request), Context);
        return (
            [.. (list.Contents ?? []).Select(found => found.Key!)],
            [.. (list.CommonPrefixes ?? []).Select(prefix => prefix.Prefix!)],
            list.NextContinuationToken
        );
    }

    public Task<DeleteObjectOutput> DeleteAsync(string key, string? versionId = null) =>
        Api.DeleteObjectAsync(
            new DeleteObjectRequest
            {
                Bucket = BucketName,
                Key = key,
                VersionId = versionId,
            },
            Context
        );

    /// <summary>The code of the error that a call ends with.</summary>
    public static async Task<string> ErrorOfAsync(Func<Task> call) =>
        (await call.ShouldThrowAsync<AwsException>()).Code;

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _directory.Delete(recursive: true);
    }

    private async Task OpenAsync()
    {
        Module[] modules = [new S3Module(new S3Options { DataDirectory = _directory.FullName })];
        Store = await Store.OpenAsync(_journal, ModuleRunner.TablesOf(modules));
        _modules = await ModuleRunner.OpenAsync(modules, new ModuleHost { Store = Store, Time = Time });
        Api = _modules.Neighbour<IS3Api>(CallPrincipal.Caller);
    }

    private async Task CloseAsync()
    {
        await _modules.DisposeAsync();
        await Store.DisposeAsync();
    }
}
