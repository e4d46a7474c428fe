using Estiba.Clients;

namespace Estiba.Tests.Clients;

public sealed class ClientEnvironmentTests
{
    private static readonly ClientEnvironment Environment = new(
        new Uri("http://localhost:4566/"),
        "AKIAEXAMPLE",
        "it's/secret+",
        "eu-west-1"
    );

    [Fact]
    public void The_endpoint_has_no_slash_at_its_end_since_scripts_add_paths_to_it() =>
        Environment.Lines(ShellSyntax.Posix).ShouldContain("export AWS_ENDPOINT_URL='http://localhost:4566'");

    [Fact]
    public void A_quote_in_a_value_survives_a_posix_shell() =>
        Environment.Lines(ShellSyntax.Posix).ShouldContain("export AWS_SECRET_ACCESS_KEY='it'\\''s/secret+'");

    [Fact]
    public void A_quote_in_a_value_survives_fish() =>
        Environment.Lines(ShellSyntax.Fish).ShouldContain("set -gx AWS_SECRET_ACCESS_KEY 'it\\'s/secret+'");

    [Theory]
    [InlineData("AWS_REGION")]
    [InlineData("AWS_DEFAULT_REGION")]
    public void The_region_is_set_for_old_and_new_clients(string variable) =>
        Environment.Lines(ShellSyntax.Posix).ShouldContain($"export {variable}='eu-west-1'");

    [Fact]
    public void No_operation_is_sent_to_a_host_with_a_prefix() =>
        Environment.Lines(ShellSyntax.Posix).ShouldContain("export AWS_DISABLE_HOST_PREFIX_INJECTION='true'");

    [Theory]
    [InlineData("AWS_SESSION_TOKEN")]
    [InlineData("AWS_PROFILE")]
    public void What_would_contradict_the_keys_is_taken_away(string variable) =>
        Environment.Lines(ShellSyntax.Posix).ShouldContain($"unset {variable}");
}
