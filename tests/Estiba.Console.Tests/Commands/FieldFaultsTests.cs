using Estiba.Console.Commands;
using Estiba.Console.Texts;

namespace Estiba.Console.Tests.Commands;

public sealed class FieldFaultsTests
{
    [Fact]
    public void What_the_contract_has_nothing_against_has_no_faults() =>
        FieldFaults.Of(new Ecs.StopTaskRequest { Task = "abc" }, Language.English).IsEmpty.ShouldBeTrue();

    [Fact]
    public void A_member_that_is_missing_is_said_at_its_field()
    {
        var faults = FieldFaults.Of(new Ecs.StopTaskRequest { Cluster = "default" }, Language.Spanish);

        faults.Of("task").ShouldBe("Es obligatorio.");
        faults.Of("cluster").ShouldBeNull();
    }

    [Theory]
    [InlineData("Member must not be null", "Required.")]
    [InlineData("Member must have length less than or equal to 32", "At most 32 long.")]
    [InlineData("Member must have length greater than or equal to 2", "At least 2 long.")]
    [InlineData("Member must have value greater than or equal to 1", "1 or more.")]
    [InlineData("Member must have value less than or equal to 5", "5 or less.")]
    [InlineData("Member must satisfy enum value set: [a, b]", "One of a, b.")]
    [InlineData("Member must satisfy regular expression pattern: [a-z]+", "Only what matches [a-z]+.")]
    [InlineData("Something else", "Something else")]
    public void A_constraint_is_said_in_a_persons_words(string constraint, string said) =>
        FieldFaults.Said(constraint, Language.English).ShouldBe(said);
}
