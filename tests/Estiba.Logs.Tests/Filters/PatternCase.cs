using System.Text;
using Estiba.Contracts;
using Estiba.Logs.Filters;

namespace Estiba.Logs.Tests.Filters;

internal static class PatternCase
{
    internal static bool Matches(string pattern, string message) =>
        FilterPattern.Parse(pattern).Matches(Encoding.UTF8.GetBytes(message));

    internal static IReadOnlyDictionary<string, string> Extract(string pattern, string message) =>
        FilterPattern.Parse(pattern).Extract(Encoding.UTF8.GetBytes(message));

    internal static string Refused(string pattern)
    {
        var refused = Should.Throw<AwsException>(() => FilterPattern.Parse(pattern));
        refused.Code.ShouldBe("InvalidParameterException");
        return refused.Message;
    }
}
