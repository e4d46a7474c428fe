using System.Text;
using Estiba.Compute.Images;
using Estiba.Compute.Instances;
using Estiba.Compute.Networking;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Iam;
using Estiba.Hosting;
using Estiba.Hosting.Controllers;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Compute.Tests;

/// <summary>
/// The service with a store in memory, a clock that stands still, and stand-ins for the network and the host of agents.
/// </summary>
internal sealed class ComputeWorld : IAsyncDisposable
{
    private readonly MemoryJournal _journal = new();
    private Store _store = null!;
    private ModuleRunner _modules = null!;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2025, 3, 4, 5, 6, 7, TimeSpan.Zero));

    public StandInHost Host { get; private set; } = new();

    public StandInNetwork Network { get; } = new();

    public IEc2Api Api { get; private set; } = null!;

    public static CallContext Context { get; } =
        new()
        {
            AccountId = "111122223333",
            Region = "eu-west-1",
            PrincipalArn = "arn:aws:iam::111122223333:root",
            AccessKeyId = "AKIAEXAMPLE",
            RequestId = "request",
        };

    /// <summary>One that exists, for x86_64.</summary>
    public static string ImageId { get; } = ImageCatalog.All(Context.Region)[0].ImageId!;

    public static async Task<ComputeWorld> CreateAsync(bool reconciling = true)
    {
        var world = new ComputeWorld();
        await world.OpenAsync(reconciling);
        return world;
    }

    /// <summary>The platform stops, as after kill -9, and starts again on the same data.</summary>
    public async Task RestartAsync()
    {
        await CloseAsync();
        Host = new StandInHost();
        await OpenAsync(reconciling: true);
        await IdleAsync();
    }

    public Task IdleAsync() => _modules.WhenIdleAsync();

    public async Task AdvanceAsync(TimeSpan by)
    {
        Time.Advance(by);
        await IdleAsync();
    }

    public async Task<IReadOnlyList<Instance>> RunAsync(
        int count = 1,
        Func<RunInstancesRequest, RunInstancesRequest>? change = null,
        CallContext? context = null
    )
    {
        var request = new RunInstancesRequest
        {
            ImageId = ImageId,
            InstanceType = "t3.micro",
            MinCount = count,
            MaxCount = count,
        };
        var reservation = await Api.RunInstancesAsync(change is null ? request : change(request), context ?? Context);
        await IdleAsync();
        return reservation.Instances!;
    }

    public async Task<Instance> FindAsync(string instanceId) =>
        (await Api.DescribeInstancesAsync(new DescribeInstancesRequest { InstanceIds = [instanceId] }, Context))
            .Reservations![0]
            .Instances![0];

    public async Task<IReadOnlyList<string>> FilterAsync(string name, params string[] values)
    {
        var answer = await Api.DescribeInstancesAsync(
            new DescribeInstancesRequest { Filters = [new Filter { Name = name, Values = values }] },
            Context
        );
        return
        [
            .. answer
                .Reservations!.SelectMany(reservation => reservation.Instances!)
                .Select(instance => instance.InstanceId!),
        ];
    }

    public async Task TerminateAsync(params string[] ids)
    {
        await Api.TerminateInstancesAsync(new TerminateInstancesRequest { InstanceIds = ids }, Context);
        await IdleAsync();
    }

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    public static async Task<AwsException> ErrorOfAsync(Func<Task> call) => await call.ShouldThrowAsync<AwsException>();

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task OpenAsync(bool reconciling)
    {
        Module[] modules =
        [
            new ApiModule<IIamApi>("AWS IAM", new StandInIam()),
            new ComputeModule(new InstanceNetworkOptions { Mode = InstanceNetworkMode.Loopback }),
        ];
        _store = await Store.OpenAsync(_journal, ModuleRunner.TablesOf(modules));
        var host = new ModuleHost
        {
            Store = _store,
            Time = Time,
            Random = new Random(1),
        };
        host.Share<IInstanceNetwork>(Network);
        host.Share<IInstanceHost>(Host);
        _modules = await ModuleRunner.OpenAsync(modules, host);
        Api = host.Get<Ec2Api>();
        if (reconciling)
            await _modules.StartAsync(new ControllerLoops(Time, new Random(2), NullLoggerFactory.Instance));
    }

    private async Task CloseAsync()
    {
        await _modules.DisposeAsync();
        await _store.DisposeAsync();
    }
}
