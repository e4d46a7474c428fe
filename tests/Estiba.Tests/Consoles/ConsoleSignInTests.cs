using System.Net;
using System.Text.RegularExpressions;
using Estiba.Listeners.Tests;
using Estiba.Platforms;
using Estiba.Tests.Platforms;

namespace Estiba.Tests.Consoles;

/// <summary>Who gets into the console, and what browsers are told there.</summary>
public sealed partial class ConsoleSignInTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("estiba-console-").FullName;
    private readonly PlatformLog _log = new();
    private readonly HttpClient _http = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }
    );
    private PlatformConfiguration _configuration = null!;
    private Platform _platform = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _configuration = new PlatformConfiguration
        {
            Data = DataLayout.At(Path.Combine(_root, "data")),
            Engine = EngineKind.None,
            Port = FreePort.Take(),
        };
        _platform = await Platform.StartAsync(_configuration, _log, TimeProvider.System, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _platform.DisposeAsync();
        await _log.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Whoever_is_not_signed_in_is_sent_to_the_sign_in_page()
    {
        using var answer = await _http.GetAsync(At("/console/clusters"), Cancellation);

        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Location!.ToString().ShouldContain("/console/sign-in");
    }

    [Fact]
    public async Task A_link_signs_in_once_with_a_cookie_that_scripts_and_other_sites_do_not_get()
    {
        var link = _platform.NewConsoleLink();

        using var first = await _http.GetAsync(link, Cancellation);
        using var page = await _http.GetAsync(At("/console/clusters"), Cancellation);
        using var second = await _http.GetAsync(link, Cancellation);

        first.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var cookie = first
            .Headers.GetValues("Set-Cookie")
            .Single(it => it.StartsWith("estiba-console=", StringComparison.Ordinal));
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=strict", Case.Insensitive);
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        second.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_key_signs_in_and_signing_out_ends_the_session()
    {
        var key = (await RunningPlatform.FindAsync(_configuration.Data, Cancellation)).Credentials;

        using var entered = await SubmitAsync(
            "/console/sign-in",
            "/console/sign-in",
            ("key", key.AccessKeyId),
            ("secret", key.SecretAccessKey)
        );
        using var left = await SubmitAsync("/console/clusters", "/console/sign-out");
        using var after = await _http.GetAsync(At("/console/clusters"), Cancellation);

        entered.Headers.Location!.ToString().ShouldBe("/console/clusters");
        left.Headers.Location!.ToString().ShouldBe("/console/sign-in");
        after.StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task A_wrong_secret_is_refused()
    {
        var key = (await RunningPlatform.FindAsync(_configuration.Data, Cancellation)).Credentials;

        using var answer = await SubmitAsync(
            "/console/sign-in",
            "/console/sign-in",
            ("key", key.AccessKeyId),
            ("secret", "wrong")
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_form_without_the_token_of_its_page_is_refused()
    {
        using var form = new FormUrlEncodedContent([new("key", "AKIAIOSFODNN7EXAMPLE"), new("secret", "any")]);

        using var answer = await _http.PostAsync(At("/console/sign-in"), form, Cancellation);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_page_loads_nothing_from_elsewhere_and_is_in_nobodys_frame()
    {
        using var answer = await _http.GetAsync(At("/console/sign-in"), Cancellation);

        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
        answer.Headers.GetValues("X-Frame-Options").Single().ShouldBe("DENY");
        answer.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldNotContain("://");
    }

    [Theory]
    [InlineData("en-GB,en;q=0.9", "Sign in")]
    [InlineData("es-ES,es;q=0.9,en;q=0.5", "Iniciar sesión")]
    public async Task The_browser_says_in_which_language(string accepted, string title)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, At("/console/sign-in"));
        request.Headers.TryAddWithoutValidation("Accept-Language", accepted);

        using var answer = await _http.SendAsync(request, Cancellation);

        WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Cancellation)).ShouldContain($"<h1>{title}</h1>");
    }

    [Fact]
    public async Task The_script_of_the_pages_is_in_the_program()
    {
        using var answer = await _http.GetAsync(At("/console/_framework/blazor.web.js"), Cancellation);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/javascript");
    }

    private Uri At(string path) => new(_configuration.Endpoint, path);

    private async Task<HttpResponseMessage> SubmitAsync(
        string page,
        string action,
        params (string Name, string Value)[] fields
    )
    {
        var html = await _http.GetStringAsync(At(page), Cancellation);
        var token = Token().Match(html).Groups[1].Value;
        token.ShouldNotBeEmpty();
        using var form = new FormUrlEncodedContent([
            new("__RequestVerificationToken", token),
            .. fields.Select(it => KeyValuePair.Create(it.Name, it.Value)),
        ]);
        return await _http.PostAsync(At(action), form, Cancellation);
    }

    [GeneratedRegex("""name="__RequestVerificationToken" value="([^"]+)""")]
    private static partial Regex Token();
}
