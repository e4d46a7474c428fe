namespace Estiba.Hosting.Controllers;

/// <summary>On which of several servers that share one state something works.</summary>
public enum WorkScope
{
    /// <summary>On the one that leads: what it does is done once for all.</summary>
    Leader,

    /// <summary>On each: it serves what is connected to this very server.</summary>
    Everywhere,
}
