namespace Estiba.Simulation.Networks;

/// <summary>What the network does to what it carries, as chances from zero to one.</summary>
internal sealed record NetworkWeather
{
    internal static readonly NetworkWeather Fair = new();

    /// <summary>A message or an answer is lost.</summary>
    internal double Loss { get; init; }

    /// <summary>A message arrives a second time, up to minutes later.</summary>
    internal double Repetition { get; init; }

    /// <summary>A message is overtaken by later ones.</summary>
    internal double Delay { get; init; }
}
