using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Estiba.Contracts.Acm;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.ElbV2;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.Hosting.Controllers;
using Estiba.LoadBalancing;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.Extensions.Logging.Abstractions;
using static Estiba.Acm.Tests.AcmWorld;

namespace Estiba.Acm.Tests.Listeners;

/// <summary>ACM and load balancing together, with listeners that speak TLS on addresses of this machine.</summary>
internal sealed class ListenerWorld : IAsyncDisposable
{
    public const int Port = 8443;

    /// <summary>How long anything may take that a test waits for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly StandInEc2 _ec2 = new();
    private Store _store = null!;
    private ModuleRunner _modules = null!;

    public IAcmApi Acm { get; private set; } = null!;

    public IElbV2Api Elb { get; private set; } = null!;

    /// <summary>A load balancer that answers every request itself.</summary>
    public LoadBalancer LoadBalancer { get; private set; } = null!;

    public static async Task<ListenerWorld> CreateAsync()
    {
        var world = new ListenerWorld();
        Module[] modules =
        [
            new ApiModule<IEc2Api>("Amazon EC2", world._ec2),
            new AcmModule(),
            new LoadBalancingModule(),
        ];
        world._store = await Store.OpenAsync(new MemoryJournal(), ModuleRunner.TablesOf(modules));
        world._modules = await ModuleRunner.OpenAsync(modules, new ModuleHost { Store = world._store });
        world.Acm = world._modules.Neighbour<IAcmApi>(CallPrincipal.Caller);
        world.Elb = world._modules.Neighbour<IElbV2Api>(CallPrincipal.Caller);
        await world._modules.StartAsync(
            new ControllerLoops(TimeProvider.System, new Random(1), NullLoggerFactory.Instance)
        );
        var made = await world.Elb.CreateLoadBalancerAsync(
            new CreateLoadBalancerInput { Name = "web", Subnets = StandInEc2.Subnets },
            Context
        );
        world.LoadBalancer = made.LoadBalancers![0];
        return world;
    }

    public async Task<string> RequestAsync(string domain) =>
        (
            await Acm.RequestCertificateAsync(new RequestCertificateRequest { DomainName = domain }, Context)
        ).CertificateArn!;

    public async Task<string> ImportAsync(Issued certificate, string? chain = null, string? arn = null) =>
        (
            await Acm.ImportCertificateAsync(
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

    /// <summary>The certificates of an authority that issued the one with this ARN, in PEM form.</summary>
    public async Task<string> AuthorityAsync(string arn) =>
        (await Acm.GetCertificateAsync(new GetCertificateRequest { CertificateArn = arn }, Context)).CertificateChain!;

    public async Task<Listener> ListenAsync(string arn) =>
        (
            await Elb.CreateListenerAsync(
                new CreateListenerInput
                {
                    LoadBalancerArn = LoadBalancer.LoadBalancerArn,
                    Protocol = ProtocolEnum.Https,
                    Port = Port,
                    Certificates = [new Certificate { CertificateArn = arn }],
                    DefaultActions =
                    [
                        new ElbV2Action
                        {
                            Type = ActionTypeEnum.FixedResponse,
                            FixedResponseConfig = new FixedResponseActionConfig
                            {
                                StatusCode = "200",
                                ContentType = "text/plain",
                                MessageBody = "secure",
                            },
                        },
                    ],
                },
                Context
            )
        ).Listeners![0];

    /// <summary>A request to a name: what is answered, and the certificates that were sent, the server's
    /// first; null while nobody listens, or not with a certificate that the client trusts for the name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="authority">What the client trusts, in PEM form; null to look at nothing.</param>
    public async Task<Answer?> GetAsync(string name, string? authority)
    {
        var sent = new List<string>();
        var serial = "";
        try
        {
            using var limit = new CancellationTokenSource(Patience);
            using var connection = new TcpClient();
            await connection.ConnectAsync(_ec2.FirstAddress, Port, limit.Token);
            await using var secure = new SslStream(connection.GetStream());
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = name,
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                {
                    sent.Add(certificate!.Subject);
                    serial = certificate.GetSerialNumberString();
                    sent.AddRange(chain!.ChainPolicy.ExtraStore.Select(each => each.Subject).Except(sent));
                    return authority is null || errors == SslPolicyErrors.None;
                },
            };
            if (authority is not null)
            {
                options.CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                };
                options.CertificateChainPolicy.CustomTrustStore.ImportFromPem(authority);
            }

            await secure.AuthenticateAsClientAsync(options, limit.Token);
            await secure.WriteAsync(
                Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"),
                limit.Token
            );
            using var reader = new StreamReader(secure, Encoding.ASCII);
            return new Answer(await reader.ReadToEndAsync(limit.Token), sent, serial);
        }
        catch (Exception exception)
            when (exception is SocketException or IOException or System.Security.Authentication.AuthenticationException)
        {
            return null;
        }
    }

    /// <summary>The same, as soon as it is as meant.</summary>
    public async Task<Answer> UntilAsync(string name, string? authority, Func<Answer, bool>? isMeant = null)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            if (await GetAsync(name, authority) is { } answer && isMeant?.Invoke(answer) != false)
                return answer;
            await Task.Delay(20, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _modules.DisposeAsync();
        await _store.DisposeAsync();
    }
}

/// <summary>What a client got.</summary>
/// <param name="Text">The response.</param>
/// <param name="Sent">The subjects of the certificates that were sent, the server's first.</param>
/// <param name="Serial">The serial number of the server's.</param>
internal sealed record Answer(string Text, IReadOnlyList<string> Sent, string Serial);
