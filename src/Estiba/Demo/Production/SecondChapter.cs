using Spectre.Console;

namespace Estiba.Demo.Production;

/// <summary>The article's second chapter, "¿Preparado para producción?".</summary>
internal sealed class SecondChapter : IChapter
{
    /// <inheritdoc/>
    public async Task WalkAsync(DemoStage stage, CancellationToken cancellation)
    {
        var place = new ProductionPlace(stage.AccountId, stage.Region, stage.Registry, ListenerPort(stage));
        foreach (var image in ProductionWalk.ImagesIn(place))
            stage.Directory.Remember(record => record.WithImage(image));
        await ProductionFiles.WriteAsync(stage.Directory.Work, place, cancellation);
        var hub = new NginxOfDockerHub(stage.Shell, stage.Directory, ProductionWalk.ImagesIn(place)[0]);
        await using var walk = new ProductionWalk(stage.Walk, stage.Shell, place, stage.Time);
        try
        {
            await walk.WalkAsync(token => hub.PullAsync(stage.Walk, token), cancellation);
        }
        finally
        {
            walk.Observations.Show(stage.Terminal);
        }

        walk.RequireNoFailure();
        var console = stage.Terminal.Console;
        console.WriteLine();
        console.Write(new Rule("[bold green]ready for production[/]").LeftJustified().RuleStyle("green"));
        console.MarkupLineInterpolated($"Open [bold]{walk.Addresses[0]}[/] in a browser on this machine.");
        stage.SayWhatNext(
            "aws ecs update-service --cluster subiendo-mi-contenedor --service subiendo_mi_contenedor "
                + "--force-new-deployment",
            "aws application-autoscaling describe-scaling-activities --service-namespace ecs",
            "aws cloudwatch describe-alarms --query 'MetricAlarms[].[AlarmName,StateValue,StateReason]'"
        );
    }

    /// <summary>Port 80, unless somebody has it already or this user may not open it.</summary>
    private static int ListenerPort(DemoStage stage)
    {
        var free = File.ReadAllText("/proc/sys/net/ipv4/ip_unprivileged_port_start");
        var mayOpen = Environment.IsPrivilegedProcess || int.Parse(free) <= 80;
        var port = Ports.FirstFree(mayOpen ? 80 : 8080);
        if (port != 80)
            stage.Note($"port 80 cannot be had on this machine; the load balancer listens on {port}.");
        return port;
    }
}
