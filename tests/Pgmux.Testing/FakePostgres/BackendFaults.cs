namespace Pgmux.Testing.FakePostgres;

/// <summary>
/// The fault dial of a <see cref="FakePostgres"/>: how likely each fault is, for every message or login where it is possible. All are
/// off until they are turned up.
/// </summary>
internal sealed class BackendFaults(Random random)
{
    /// <summary>Stands in the text of each notice, the channel of each notification and the name of each parameter of the noise.</summary>
    public const string NoiseText = "noise";

    // What somebody between server and client may want to read; rows and types of parameters are the client's own business.
    private const string ReadTypes = "RSKZETCNGH";

    private readonly double[] _rates = new double[Enum.GetValues<BackendFault>().Length];

    public Random Random => random;

    /// <summary>
    /// How likely a notice, a notification or a report of a parameter comes ahead of a message. That is what any PostgreSQL may do at any
    /// time, and no fault.
    /// </summary>
    public double NoiseRate { get; set; }

    /// <summary>How likely a fault is, from 0 to 1.</summary>
    public double this[BackendFault fault]
    {
        get => _rates[(int)fault];
        set => _rates[(int)fault] = value;
    }

    /// <summary>Turns every fault to the same rate.</summary>
    public void SetAll(double rate) => Array.Fill(_rates, rate);

    /// <summary>Turns everything off, the noise included.</summary>
    public void Clear()
    {
        SetAll(0);
        NoiseRate = 0;
    }

    /// <summary>The fault that befalls a message; null for none.</summary>
    public BackendFault? OfMessage(byte[] message) => Pick(fault => fault switch
    {
        BackendFault.MissingFields => ReadTypes.Contains((char)message[0]),
        BackendFault.ExtraReady or BackendFault.UnknownStatus => message[0] == 'Z',
        BackendFault.MissingKey => message[0] == 'K',
        _ => fault < BackendFault.MissingKey,
    });

    /// <summary>The fault that befalls a login before it has begun; null for none.</summary>
    public BackendFault? OfLogin() => Pick(fault => fault > BackendFault.MissingKey);

    /// <summary>What comes ahead of a message; null for nothing.</summary>
    public byte[]? NextNoise()
    {
        if (NoiseRate <= 0 || random.NextDouble() >= NoiseRate)
        {
            return null;
        }

        return random.Next(3) switch
        {
            0 => Replies.Notice(NoiseText),
            1 => Replies.Notification(NoiseText),
            _ => Replies.ParameterStatus(NoiseText, "1"),
        };
    }

    // One draw for all: the rates lie side by side.
    private BackendFault? Pick(Func<BackendFault, bool> isPossible)
    {
        var drawn = random.NextDouble();
        for (var index = 0; index < _rates.Length; index++)
        {
            if (_rates[index] > 0 && isPossible((BackendFault)index))
            {
                drawn -= _rates[index];
                if (drawn < 0)
                {
                    return (BackendFault)index;
                }
            }
        }

        return null;
    }
}
