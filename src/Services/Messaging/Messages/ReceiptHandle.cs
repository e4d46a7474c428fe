using System.Globalization;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Sqs;
using Estiba.Messaging.Queues;

namespace Estiba.Messaging.Messages;

/// <summary>What somebody who has received a message deletes it with.</summary>
/// <param name="Queue">The key of the queue.</param>
/// <param name="Message">The key of the message.</param>
/// <param name="Receipt">Which receive it was.</param>
internal readonly record struct ReceiptHandle(string Queue, string Message, long Receipt)
{
    /// <summary>The handle of a message that was just received.</summary>
    internal static string Of(QueueRecord queue, MessageRecord message) =>
        Convert.ToBase64String(
            Encoding.UTF8.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"{queue.Key} {message.Key} {message.Receipt:x16}")
            )
        );

    /// <summary>Reads a handle.</summary>
    /// <exception cref="AwsException">It is none of this queue.</exception>
    internal static ReceiptHandle Read(string text, QueueRecord queue)
    {
        var bytes = new byte[text.Length];
        if (
            Convert.TryFromBase64String(text, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length).Split(' ') is [var key, var message, var receipt]
            && key == queue.Key
            && long.TryParse(receipt, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number)
        )
            return new ReceiptHandle(key, message, number);
        throw SqsErrors.ReceiptHandleIsInvalid($"The input receipt handle \"{text}\" is not a valid receipt handle.");
    }
}
