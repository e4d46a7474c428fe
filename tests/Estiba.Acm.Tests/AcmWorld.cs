using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Acm;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.Hosting.Certificates;
using Estiba.Hosting.Controllers;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Acm.Tests;

/// <summary>The service with a store in memory and a clock that stands still; who uses a certificate, a test
/// says.</summary>
internal sealed class AcmWorld : IAsyncDisposable
{
    public const string LoadBalancer = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/1";

    private readonly MemoryJournal _journal = new();
    private readonly CertificateSealKey _key;
    private ModuleRunner _modules = null!;

    private AcmWorld(byte key) => _key = new CertificateSealKey(Enumerable.Repeat(key, 32).ToArray());

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero));

    public Store Store { get; private set; } = null!;

    public ServerCertificates Certificates { get; private set; } = null!;

    public IAcmApi Api { get; private set; } = null!;

    /// <summary>The certificates that <see cref="LoadBalancer"/> uses.</summary>
    public HashSet<string> Used { get; } = [];

    public static CallContext Context { get; } = In("111122223333", "eu-west-1");

    public static Scope Home { get; } = Scope.Of(Context);

    public static CallContext In(string account, string region) =>
        new()
        {
            AccountId = account,
            Region = region,
            PrincipalArn = $"arn:aws:iam::{account}:root",
            AccessKeyId = "AKIAEXAMPLE",
            RequestId = "request",
        };

    public static async Task<AcmWorld> CreateAsync()
    {
        var world = new AcmWorld(1);
        await world.OpenAsync(world._key);
        return world;
    }

    /// <summary>The platform stops and starts again on the same data; with another key where its own was
    /// lost.</summary>
    public async Task RestartAsync(byte? otherKey = null)
    {
        await CloseAsync();
        await OpenAsync(otherKey is { } key ? new AcmWorld(key)._key : _key);
    }

    /// <summary>What is done from time to time is done once, at a later time.</summary>
    public async Task RenewAsync(TimeSpan later = default)
    {
        Time.Advance(later);
        await _modules.Chores.ShouldHaveSingleItem().RunAsync(CancellationToken.None);
    }

    public async Task<string> RequestAsync(
        string domain = "www.example.com",
        Func<RequestCertificateRequest, RequestCertificateRequest>? change = null
    )
    {
        var request = new RequestCertificateRequest { DomainName = domain };
        return (await Api.RequestCertificateAsync(change is null ? request : change(request), Context)).CertificateArn!;
    }

    public async Task<string> ImportAsync(Issued certificate, string? chain = null, string? arn = null) =>
        (
            await Api.ImportCertificateAsync(
                new ImportCertificateRequest
                {
                    CertificateArn = arn,
                    Certificate = Issued.Bytes(certificate.Pem),
                    PrivateKey = Issued.Bytes(certificate.KeyPem),
                    CertificateChain = Issued.BytesOrNull(chain),
                },
                Context
            )
        ).CertificateArn!;

    public async Task<CertificateDetail> DescribeAsync(string arn) =>
        (
            await Api.DescribeCertificateAsync(new DescribeCertificateRequest { CertificateArn = arn }, Context)
        ).Certificate!;

    public Task<GetCertificateResponse> GetAsync(string arn) =>
        Api.GetCertificateAsync(new GetCertificateRequest { CertificateArn = arn }, Context);

    public Task DeleteAsync(string arn) =>
        Api.DeleteCertificateAsync(new DeleteCertificateRequest { CertificateArn = arn }, Context);

    /// <summary>All that a shape says; records alone do not look into their lists.</summary>
    public static string Text(IShape shape) => Encoding.UTF8.GetString(ShapeJson.ToUtf8(shape));

    /// <summary>An error's code and message.</summary>
    public static async Task<(string Code, string Message)> ErrorOfAsync(Func<Task> call)
    {
        var error = await call.ShouldThrowAsync<AwsException>();
        error.StatusCode.ShouldBe(400);
        return (error.Code, error.Message);
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task OpenAsync(CertificateSealKey key)
    {
        Module[] modules = [new AcmModule()];
        Store = await Store.OpenAsync(_journal, ModuleRunner.TablesOf(modules));
        var host = new ModuleHost
        {
            Store = Store,
            Time = Time,
            Random = new Random(1),
        };
        host.Share(key);
        Certificates = ServerCertificates.Of(host);
        Certificates.AddUser((_, _) => Used.Select(arn => new CertificateUse(arn, LoadBalancer)));
        _modules = await ModuleRunner.OpenAsync(modules, host);
        Api = _modules.Neighbour<IAcmApi>(CallPrincipal.Caller);
    }

    private async Task CloseAsync()
    {
        await _modules.DisposeAsync();
        await Store.DisposeAsync();
    }
}
