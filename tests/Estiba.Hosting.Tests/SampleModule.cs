namespace Estiba.Hosting.Tests;

/// <summary>A module that is what a test says.</summary>
internal sealed class SampleModule(string name, Func<ModuleHost, OpenModule> open) : Module
{
    public override string Name => name;

    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation) =>
        Task.FromResult(open(host));
}
