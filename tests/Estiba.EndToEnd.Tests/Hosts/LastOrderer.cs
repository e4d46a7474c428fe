using Xunit.Sdk;
using Xunit.v3;

namespace Estiba.EndToEnd.Tests.Hosts;

/// <summary>
/// Runs tests with the trait <c>Order=last</c> after the others of their class: they need what has been running for a
/// while.
/// </summary>
public sealed class LastOrderer : ITestCaseOrderer
{
    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : notnull, ITestCase => [.. testCases.OrderBy(test => test.Traits.ContainsKey("Order"))];
}
