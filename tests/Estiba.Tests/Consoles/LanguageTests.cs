using Estiba.Console.Texts;

namespace Estiba.Tests.Consoles;

public sealed class LanguageTests
{
    [Theory]
    [InlineData("", "en")]
    [InlineData("fr-FR, *;q=0.1", "en")]
    [InlineData("es", "es")]
    [InlineData("fr;q=0.9, es-MX;q=0.8, en;q=0.7", "es")]
    [InlineData("en;q=0.3, es;q=0.8", "es")]
    [InlineData("es;q=0, en;q=0.1", "en")]
    [InlineData("es;q=much", "en")]
    public void The_browser_is_answered_in_what_it_prefers_of_what_there_is(string accepted, string code) =>
        Language.Preferred(accepted).Code.ShouldBe(code);
}
