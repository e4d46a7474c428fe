namespace Estiba.Compute.UserData;

/// <summary>What an instance's user data says to the ECS agent.</summary>
/// <param name="Settings">The ECS_* variables, as they end up in the agent's configuration file.</param>
/// <param name="Notes">What was read and what was not understood, one line each; shown by GetConsoleOutput.</param>
internal sealed record UserDataResult(IReadOnlyDictionary<string, string> Settings, IReadOnlyList<string> Notes)
{
    public static UserDataResult Nothing { get; } = new(new Dictionary<string, string>(), []);
}
