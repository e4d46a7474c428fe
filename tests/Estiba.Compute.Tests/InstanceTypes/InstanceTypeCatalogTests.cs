using Estiba.Compute.InstanceTypes;
using Estiba.Contracts;

namespace Estiba.Compute.Tests.InstanceTypes;

/// <summary>That a type which is read alone is what it is among all.</summary>
public sealed class InstanceTypeCatalogTests
{
    [Fact]
    public void A_type_that_is_read_alone_is_what_it_is_among_all()
    {
        foreach (var type in InstanceTypeCatalog.All.GroupBy(type => type.Family).Select(family => family.Last()))
            ShapeJson.ToText(InstanceTypeCatalog.ReadOne(type.Name)!.Info).ShouldBe(ShapeJson.ToText(type.Info));
    }

    [Theory]
    [InlineData("")]
    [InlineData("t3")]
    [InlineData("t3.")]
    [InlineData(".micro")]
    [InlineData("t3.common")]
    [InlineData("common.micro")]
    [InlineData("T3.micro")]
    [InlineData("t3.micro.x")]
    public void What_is_no_type_is_none(string name)
    {
        InstanceTypeCatalog.ReadOne(name).ShouldBeNull();
        InstanceTypeCatalog.Find(name).ShouldBeNull();
    }
}
