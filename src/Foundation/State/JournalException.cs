namespace Estiba.State;

/// <summary>
/// The journal could not be opened, read or written. Of a commit it means that nothing of the transaction was kept, and
/// that the caller may repeat it; the message says what is wrong and what to do.
/// </summary>
/// <param name="message">What is wrong and what to do.</param>
/// <param name="inner">The cause.</param>
public class JournalException(string message, Exception? inner = null) : Exception(message, inner);
