using Estiba.State;

namespace Estiba.Hosting;

/// <summary>
/// One service of the platform, or a close family: what it keeps, which AWS APIs it has, and how it opens. Everything
/// that others need to know of it is derived from its declaration.
/// </summary>
/// <remarks>A declaration has no effects: a list of all modules can be made to read their tables alone.</remarks>
public abstract class Module
{
    /// <summary>The name in logs and errors, in lower case: <c>ecs</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Everything that it keeps in the store.</summary>
    public virtual IReadOnlyList<Table> Tables => [];

    /// <summary>The AWS APIs that it has.</summary>
    public virtual IReadOnlyList<ServiceDeclaration> Services => [];

    /// <summary>What it keeps in the data directory beside the store.</summary>
    public virtual IReadOnlyList<ModuleFiles> Files => [];

    /// <summary>Makes its parts. Modules open one after another, in the order of their list.</summary>
    /// <param name="host">What it lives on. What modules behind it share, and other services, are there when all are
    /// open.</param>
    /// <param name="cancellation">The platform is not to start.</param>
    public abstract Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation);
}
