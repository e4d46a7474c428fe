namespace Estiba.Console.Texts;

/// <summary>What a person prefers to see, as its browser asks or as it was chosen by hand.</summary>
/// <param name="Language">The language.</param>
/// <param name="Theme">The theme: <c>light</c>, <c>dark</c>, or <c>system</c>.</param>
public sealed record Preferences(Language Language, string Theme)
{
    private const string LanguageName = "language";
    private const string ThemeName = "theme";

    /// <summary>The themes that there are.</summary>
    internal static IReadOnlyList<string> Themes { get; } = ["system", "light", "dark"];

    internal static Preferences Of(HttpRequest request) =>
        new(
            Language.Find(request.Cookies["estiba-language"])
                ?? Language.Preferred(request.Headers.AcceptLanguage.ToString()),
            KnownTheme(request.Cookies["estiba-theme"]) ?? Themes[0]
        );

    /// <summary>Those of a request, with what a form chooses anew.</summary>
    internal static Preferences Of(IFormCollection form, HttpRequest request)
    {
        var before = Of(request);
        return new Preferences(
            Language.Find(form[LanguageName]) ?? before.Language,
            KnownTheme(form[ThemeName]) ?? before.Theme
        );
    }

    internal void Write(HttpContext http)
    {
        var options = new CookieOptions
        {
            Path = http.Request.PathBase,
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = http.Request.IsHttps,
            MaxAge = TimeSpan.FromDays(365),
        };
        http.Response.Cookies.Append("estiba-language", Language.Code, options);
        http.Response.Cookies.Append("estiba-theme", Theme, options);
    }

    private static string? KnownTheme(string? theme) => Themes.FirstOrDefault(known => known == theme);
}
