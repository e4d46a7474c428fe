using Estiba.CommandLine;

namespace Estiba.Demo;

/// <summary>A chapter of the article, as a demo walks it on a platform that runs.</summary>
internal interface IChapter
{
    /// <summary>Walks all of it, and says at its end where to look.</summary>
    /// <exception cref="CommandException">A step failed.</exception>
    Task WalkAsync(DemoStage stage, CancellationToken cancellation);
}

/// <summary>What a chapter is walked with.</summary>
/// <param name="Terminal">Where it is told.</param>
/// <param name="Walk">Tells it.</param>
/// <param name="Shell">Where its commands run.</param>
/// <param name="Directory">Remembers what it makes outside of it.</param>
/// <param name="Time">The clock.</param>
/// <param name="AccountId">The account of the keys that the commands use.</param>
/// <param name="Region">Their region.</param>
/// <param name="Port">The platform's port.</param>
/// <param name="Choices">What the person wants.</param>
internal sealed record DemoStage(
    Terminal Terminal,
    Walk Walk,
    Shell Shell,
    DemoDirectory Directory,
    TimeProvider Time,
    string AccountId,
    string Region,
    int Port,
    DemoChoices Choices
)
{
    /// <summary>Host and port to which Docker pushes.</summary>
    internal string Registry => $"localhost:{Port}";

    /// <summary>Says something beside the walk.</summary>
    internal void Note(string sentence) => Terminal.Error.WriteLine($"estiba: {sentence}");

    /// <summary>Says at the end what a person may try, unless the demo ends at once.</summary>
    internal void SayWhatNext(params string[] commands)
    {
        if (Choices.Exit)
            return;
        var data = Directory.Data.Root;
        Terminal.WriteLine("");
        Terminal.WriteLine("What to try next, in another terminal:");
        foreach (
            var command in commands
                .Prepend($"eval \"$(estiba env --data {data})\"")
                .Append($"estiba status --data {data}")
        )
            Terminal.WriteLine($"  {command}");
        Terminal.WriteLine("");
        Terminal.WriteLine(
            Choices.Keep
                ? "Ctrl-C ends the platform; everything else stays."
                : "Ctrl-C ends it and leaves nothing behind.",
            Colour.Grey
        );
    }
}
