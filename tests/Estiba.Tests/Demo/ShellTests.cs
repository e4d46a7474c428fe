using Estiba.Demo;

namespace Estiba.Tests.Demo;

public sealed class ShellTests
{
    private static readonly Shell Shell = new(
        Path.GetTempPath(),
        new Dictionary<string, string?> { ["GREETING"] = "hola", ["HOME"] = null }
    );

    [Fact]
    public async Task A_line_sees_the_environment_it_was_given() =>
        (await RunAsync("echo $GREETING${HOME:-}")).Output.ShouldBe("hola\n");

    [Fact]
    public async Task A_variable_is_there_for_the_lines_that_follow()
    {
        var shell = new Shell(Path.GetTempPath(), new Dictionary<string, string?>());
        shell.Set("NAME", "two words");
        (await shell.RunAsync("echo ${NAME#* }", silence: null, CancellationToken.None)).Output.ShouldBe("words\n");
    }

    [Fact]
    public async Task A_pipe_fails_when_any_part_of_it_fails() =>
        (await RunAsync("false | cat")).Succeeded.ShouldBeFalse();

    [Fact]
    public async Task Standard_error_is_shown_but_is_not_the_answer()
    {
        var answer = await RunAsync("echo one; echo two >&2");
        answer.Output.ShouldBe("one\n");
        answer.Everything.ShouldContain("two");
    }

    [Fact]
    public async Task A_command_that_says_nothing_for_too_long_is_killed()
    {
        ShellAnswer answer;
        var silence = TimeSpan.FromMilliseconds(300);
        do // On a busy machine the shell itself may be silent for that long before it has begun.
        {
            answer = await Shell.RunAsync("echo begun; sleep 600", silence, TestContext.Current.CancellationToken);
            answer.Succeeded.ShouldBeFalse();
            silence *= 4;
        } while (answer.Output.Length == 0 && silence < TimeSpan.FromMinutes(2));
        answer.Output.ShouldBe("begun\n");
    }

    private static Task<ShellAnswer> RunAsync(string line) =>
        Shell.RunAsync(line, silence: null, TestContext.Current.CancellationToken);
}
