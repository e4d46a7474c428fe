using Estiba.CommandLine;

namespace Estiba.Tests.CommandLine;

public sealed class EstibaCommandLineTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    [Fact]
    public async Task Help_goes_to_standard_output_and_is_no_error()
    {
        (await RunAsync("--help")).ShouldBe(0);
        _output.ToString().ShouldContain("Usage:");
        _error.ToString().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("demo production")]
    [InlineData("up")]
    [InlineData("env")]
    [InlineData("status")]
    [InlineData("console")]
    [InlineData("server")]
    [InlineData("token")]
    [InlineData("agent")]
    [InlineData("backup")]
    [InlineData("restore")]
    [InlineData("verify")]
    [InlineData("coverage")]
    public async Task Help_of_every_command_teaches_with_examples(string command)
    {
        (await RunAsync([.. command.Split(' '), "--help"])).ShouldBe(0);
        _output.ToString().ShouldContain("Examples:");
        _output.ToString().ShouldContain($"estiba {command}");
    }

    [Theory]
    [InlineData("upp")]
    [InlineData("up --port 0")]
    [InlineData("up --port 65536")]
    [InlineData("up --port many")]
    [InlineData("up --account 12345")]
    [InlineData("up --engine podman")]
    [InlineData("up --bind nowhere")]
    [InlineData("up --instances -1")]
    [InlineData("up --environment-files /none")]
    [InlineData("up --region a_b")]
    [InlineData("up --allow everything")]
    [InlineData("up --allow network,")]
    [InlineData("agent --allow root")]
    [InlineData("server --host-volumes srv")]
    [InlineData("up --host-volumes /a:/b")]
    [InlineData("up --region EU-WEST-1")]
    [InlineData("up --region -")]
    [InlineData("env --region a.b")]
    [InlineData("status --region a/b")]
    [InlineData("server --region a:b")]
    [InlineData("token create --region a_b")]
    [InlineData("up --any-credentials --bind 0.0.0.0")]
    [InlineData("up --any-credentials --bind 192.0.2.1")]
    [InlineData("up --any-credentials --bind nowhere")]
    [InlineData("env --shell powershell")]
    [InlineData("server --certificate /dev/null")]
    [InlineData("server --certificate /none --key /none")]
    [InlineData("server --advertise not/a/name")]
    [InlineData("up --healthy-after -1")]
    [InlineData("server --healthy-after soon")]
    [InlineData("server --lost-after 4")]
    [InlineData("server --lost-after 3601")]
    [InlineData("server --lost-after soon")]
    [InlineData("console --endpoint server")]
    [InlineData("console --port 4567")]
    [InlineData("console --endpoint http://server --port 0")]
    [InlineData("console --endpoint http://server --ca /none")]
    [InlineData("token create --expires soon")]
    [InlineData("token revoke")]
    [InlineData("agent --join server")]
    [InlineData("agent --join http://server:4566 --token wrong")]
    [InlineData("agent --join http://server:4566 --ca /none")]
    [InlineData("agent --join http://server:4566 --environment-files /none")]
    public async Task Wrong_arguments_end_with_2_and_a_word_on_standard_error(string arguments)
    {
        (await RunAsync(arguments.Split(' '))).ShouldBe(2);
        _error.ToString().ShouldContain("--help");
        _output.ToString().ShouldNotContain("Usage:");
    }

    [Theory]
    [InlineData("foo")]
    [InlineData("kubectl")]
    [InlineData("--colour")]
    public async Task What_is_like_no_command_is_not_guessed(string word)
    {
        (await RunAsync(word)).ShouldBe(2);
        _error.ToString().ShouldContain("estiba --help tells what there is.");
        (_output.ToString() + _error).ShouldNotContain("Did you mean");
    }

    [Theory]
    [InlineData("foo", "estiba")]
    [InlineData("up --none", "estiba up")]
    [InlineData("token none", "estiba token")]
    [InlineData("token create --expires soon", "estiba token create")]
    public async Task The_help_that_is_pointed_to_is_there(string arguments, string command)
    {
        (await RunAsync(arguments.Split(' '))).ShouldBe(2);
        _error.ToString().ShouldContain($"{command} --help tells what there is.");
        (await RunAsync([.. command.Split(' ')[1..], "--help"])).ShouldBe(0);
    }

    [Theory]
    [InlineData("stauts", "status")]
    [InlineData("upp", "up")]
    [InlineData("dmeo", "demo")]
    [InlineData("up --prot 4567", "--port")]
    [InlineData("token creat", "create")]
    public async Task What_is_like_a_command_or_an_option_is_guessed(string arguments, string meant)
    {
        (await RunAsync(arguments.Split(' '))).ShouldBe(2);
        _error.ToString().ShouldContain($"Did you mean '{meant}'?");
    }

    [Fact]
    public async Task A_region_that_no_client_takes_is_refused_in_a_sentence()
    {
        (await RunAsync("up", "--region", "a b")).ShouldBe(2);
        _error.ToString().ShouldStartWith("'a b' is no region; one looks like eu-west-1");
    }

    [Theory]
    [InlineData("env")]
    [InlineData("status")]
    public async Task A_directory_without_a_platform_says_how_to_start_one(string command)
    {
        var empty = Directory.CreateTempSubdirectory("estiba-test-").FullName;
        (await RunAsync(command, "--data", empty)).ShouldBe(1);
        _error.ToString().ShouldContain("estiba up");
        Directory.Delete(empty);
    }

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    private Task<int> RunAsync(params string[] arguments) =>
        EstibaCommandLine.RunAsync(arguments, new Terminal(_output, _error));
}
