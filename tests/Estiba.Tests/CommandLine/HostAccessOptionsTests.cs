using System.CommandLine;
using Estiba.CommandLine;
using Estiba.Contracts;

namespace Estiba.Tests.CommandLine;

public sealed class HostAccessOptionsTests
{
    [Theory]
    [InlineData("", "nothing", "privileged devices capabilities network pid ipc /")]
    [InlineData(
        "--allow all",
        "privileged devices capabilities network pid ipc",
        "privileged devices capabilities network pid ipc /"
    )]
    [InlineData("--allow none", "nothing", "/")]
    [InlineData("--allow none --host-volumes none", "nothing", "nothing")]
    [InlineData(
        "--allow pid,network --host-volumes /srv/ --host-volumes /data/../data",
        "network pid /srv /data",
        "network pid /srv /data"
    )]
    [InlineData("--host-volumes /", "/", "privileged devices capabilities network pid ipc /")]
    public void What_is_said_holds_and_else_the_commands_own(string arguments, string closed, string open)
    {
        Parse(arguments, HostAccess.Nothing).ToString().ShouldBe(closed);
        Parse(arguments, HostAccess.Everything).ToString().ShouldBe(open);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--allow privileged,ipc --host-volumes /srv --host-volumes /data")]
    [InlineData("--allow all --host-volumes /")]
    public void Attributes_show_the_same(string arguments)
    {
        var access = Parse(arguments, HostAccess.Nothing);
        var attributes = access
            .ToAttributes()
            .ToDictionary(attribute => attribute.Name, attribute => attribute.Value ?? "");

        HostAccess.FromAttributes(attributes.GetValueOrDefault).ToString().ShouldBe(access.ToString());
    }

    private static HostAccess Parse(string arguments, HostAccess otherwise)
    {
        var command = new Command("test");
        var options = new HostAccessOptions("this host", otherwise);
        options.AddTo(command);
        var parsed = command.Parse(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        parsed.Errors.ShouldBeEmpty();
        return options.Value(parsed);
    }
}
