namespace Estiba.Console.Tests;

public sealed class SettingsTests
{
    [Fact]
    public void The_settings_are_one_line_of_json()
    {
        var settings = ConsoleSettings.Parse(
            """{"listen":"unix:/tmp/c.sock","endpoint":"http://127.0.0.1:4566","region":"eu-west-1","links":null}"""
        );

        settings.SocketPath.ShouldBe("/tmp/c.sock");
        settings.BasePath.ShouldBe("/console");
        settings.Shown.ShouldBe(settings.Endpoint);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"listen":"nowhere","endpoint":"http://a","region":"r"}""")]
    [InlineData("""{"listen":"unix:/a","endpoint":"http://a","region":"r","basePath":"/console/"}""")]
    public void Other_settings_are_refused(string line) =>
        Should.Throw<InvalidDataException>(() => ConsoleSettings.Parse(line));

    [Fact]
    public void What_is_wrong_is_said_without_a_secret() =>
        Should
            .Throw<InvalidDataException>(() => ConsoleSettings.Parse("""{"links":{"secretAccessKey":"abc" x"""))
            .Message.ShouldNotContain("abc");
}
