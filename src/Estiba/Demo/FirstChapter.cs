using Spectre.Console;

namespace Estiba.Demo;

/// <summary>The article's first chapter: from <c>docker pull nginx</c> to nginx in a browser.</summary>
internal sealed class FirstChapter : IChapter
{
    /// <inheritdoc/>
    public async Task WalkAsync(DemoStage stage, CancellationToken cancellation)
    {
        var place = PlaceOf(stage);
        stage.Directory.Remember(record =>
            record.WithContainer(place.HandContainer).WithImage(Article.ImageIn(place.Registry))
        );
        await ArticleFiles.WriteAsync(stage.Directory.Work, place, cancellation);
        var hub = new NginxOfDockerHub(stage.Shell, stage.Directory, Article.ImageIn(place.RegistryOfAws));
        var nginx = await new Article(stage.Walk, place, hub, stage.Time).WalkAsync(cancellation);

        var console = stage.Terminal.Console;
        console.WriteLine();
        console.Write(new Rule("[bold green]nginx answers[/]").LeftJustified().RuleStyle("green"));
        console.MarkupLineInterpolated($"Open [bold]{nginx}[/] in a browser on this machine.");
        stage.SayWhatNext(
            "aws ecs update-service --cluster subiendo-mi-contenedor --service subiendo_mi_contenedor "
                + "--desired-count 2",
            "docker kill $(docker ps -q --filter label=com.amazonaws.ecs.container-name=nginx | head -1)   # "
                + "and see it replaced"
        );
    }

    private static ArticlePlace PlaceOf(DemoStage stage)
    {
        var handPort = Ports.FirstFree(80, onAllAddresses: true);
        if (handPort != 80)
            stage.Note($"port 80 is taken on this machine; the container that is run by hand gets {handPort}.");
        var hostPort = Ports.FirstFree(9999);
        if (hostPort != 9999)
            stage.Note($"port 9999 is taken on this machine; the task gets {hostPort}.");
        return new ArticlePlace(stage.AccountId, stage.Region, stage.Registry, handPort, "docker-nginx", hostPort);
    }
}
