namespace AVServer.Speech;

/// <summary>A phone of English: ARPAbet without stress, in the order in which every table of phones here has them.</summary>
public enum Phone : byte
{
    AA, AE, AH, AO, AW, AY, B, CH, D, DH, EH, ER, EY, F, G, HH, IH, IY, JH, K, L, M, N, NG, OW, OY, P, R, S, SH, T, TH, UH, UW, V, W, Y, Z,
    ZH,
}
