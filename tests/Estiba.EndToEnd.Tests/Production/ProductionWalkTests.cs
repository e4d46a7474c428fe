using Estiba.Clients;
using Estiba.CommandLine;
using Estiba.Demo;
using Estiba.Demo.Production;
using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.Production;

/// <summary>
/// The steps of <c>estiba demo production</c> that need no waiting for minutes: the others are in the tests of
/// deployments, of scaling and of the parts of the walk.
/// </summary>
public sealed class ProductionWalkTests
{
    [Fact]
    public async Task The_walk_sets_up_deploys_and_loses_an_instance_and_no_request_fails()
    {
        await using var world = await World.CreateAsync();
        await Nginx.EnsureAsync();
        var place = new ProductionPlace(world.Account, "eu-west-1", world.Platform.Registry, 80);
        await ProductionFiles.WriteAsync(world.Commands.Directory, place, CancellationToken.None);
        world.File(
            ProductionFiles.Dockerfile,
            ProductionFiles
                .Content(ProductionFiles.Dockerfile, place)
                .Replace("FROM nginx", $"FROM {Nginx.Image}", StringComparison.Ordinal)
        );
        var prelude = await AwsCommand.NeedsEndpointOptionAsync(CancellationToken.None) ? AwsCommand.BashFunction : "";
        var shell = new Shell(world.Commands.Directory, world.Commands.Environment, prelude);
        var said = new StringWriter();
        var terminal = new Terminal(said, TextWriter.Null);
        await using var production = new ProductionWalk(
            new Walk(terminal, shell, pause: false),
            shell,
            place,
            TimeProvider.System
        );

        try
        {
            await production.SetUpAsync(_ => Task.CompletedTask, CancellationToken.None);
            await production.RollingAsync(CancellationToken.None);
            await production.LostInstanceAsync(CancellationToken.None);
            await production.EndLoadAsync();
        }
        catch (CommandException failure)
        {
            throw new InvalidOperationException($"{failure.Message}\n{said}", failure);
        }

        Should.NotThrow(production.RequireNoFailure);
        production
            .Observations.All.Select(each => each.Seen)
            .ShouldBe(["version 1, then version 2", "replaced on another instance"]);
        production.Observations.All.ShouldAllBe(each => each.Counts.Requests > 0);
    }
}
