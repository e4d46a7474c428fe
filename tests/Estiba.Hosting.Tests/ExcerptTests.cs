namespace Estiba.Hosting.Tests;

public sealed class ExcerptTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData(" \r\n\t ", "")]
    [InlineData("one  two\r\n\u001b[31mthree\0", "one two [31mthree")]
    [InlineData("0123456789012345678901", "01234567890123456789")]
    [InlineData("0123456789012345678 and more", "0123456789012345678")]
    [InlineData("0123456789012345678\U0001F600", "0123456789012345678")]
    public void It_is_one_line_of_printable_characters_and_no_longer_than_it_may_be(string text, string expected) =>
        Excerpt.Of(text, 20).ShouldBe(expected);
}
