namespace Estiba.Consoles;

/// <summary>The console's program does not do what it is for; the message says what it did instead.</summary>
internal sealed class ConsoleException(string message, Exception? inner = null) : Exception(message, inner);
