using Estiba.Console.Parts;

namespace Estiba.Console.Tests.Parts;

public sealed class SizesTests
{
    [Theory]
    [InlineData(null, "–")]
    [InlineData(0L, "0 B")]
    [InlineData(1023L, "1023 B")]
    [InlineData(1536L, "1.5 KiB")]
    [InlineData(12L * 1024 * 1024, "12 MiB")]
    public void Bytes_are_in_the_unit_that_people_read(long? bytes, string text) => Sizes.Of(bytes).ShouldBe(text);
}
