"""Portuguese."""

WORDS = """
absent: ninguem em casa, nao estou em casa, ninguem abre, ninguem atende, vizinh, ausente, porteiro, portaria
accident: acident, batida, bateu, bateram, colis, choque, ferid, machuc, atropel, lesao
address: endereco, morada, destino, embarque, desembarque, recolha, ponto de encontro, me buscar, portao
age: idade, anos, menor de idade, maior de idade, identidade, documento, cartao de cidadao
airport: aeroporto, terminal, estacao, rodoviaria, chegadas, voo
alcohol: alcool, cerveja, vinho, bebad, embriag, bebida, tabaco, cigarro
allergy: alerg, amendoim, noz, nozes, castanha, gluten, lactose, intoleran, ingrediente, celiac
animal: cachorr, cao$, caes$, gato, animal, animais, bicho, estimacao, pet$
app: app, aplicativo, aplicacao, tela, ecra, trava, travou, congel, fecha sozinh, bug, erro, nao carrega, atualiz
bank: banco, extrato, iban, transferencia, pix$
blocked: bloque, suspens, suspend, banid, desativ, restri
book: reserv, pedir um, pedir uma, encomendar, marcar, preciso de um, quero um, agendar, chamar um
cancel: cancel, anul, desist, parar, desfazer, nao quero mais, nao preciso
card: cartao, cartoes, visa, mastercard, paypal, dinheiro vivo, apple pay, google pay, pagar com, forma de pagamento, mb way, multibanco
change: mud, alter, troc, corrig, editar, outro, outra, adicion, acrescent
charge: cobr, debit, descont, pagamento, paguei, fatur, tiraram
child: crianca, filh, bebe, menor, adolescente, cadeirinha, assento, escola, miudo
city: cidade, pais$, exterior, estrangeiro, fronteira, regiao, zona, disponivel em, municipio
code: codigo, sms, pin$, verific, senha
cold: fri$, frio, fria, derram, estragad, podre, vencid, mofo, bolor, fora da validade, descongel, cru$, crua
company: empresa, firma, corporativ, empregad, funcionari, colega, escritorio, trabalho, negocio
courier: entregador, estafeta, motoboy, entreg
damaged: danific, quebr, partid, arranh, amass, rasg, pedacos, estrag, riscad
danger: perigo, socorro, ajuda, medo, policia, emergencia, tranc, nao me deixa sair, insegur, seguindo, ameac
data: dados, privacidade, pessoal, pessoais, algoritmo, perfil
declined: recus, rejeit, nao aceita, nao passa, nao funciona, falh, invalid, negad
delete: apagar, exclu, elimin, encerrar, fechar minha conta, fechar a minha conta
delivered: entregue, nao recebi, nao chegou, nunca chegou, consta, nada aqui
disability: ceg$, cego, cega, surd, ouvir, voiceover, talkback, leitor de tela, leitor de ecra, deficien, libras, lingua gestual
discrimination: discrimin, raca, racis, negr, preto, gay, religiao, pele, por ser, porque sou, muculman, etnia
driver: motorista, condutor, taxista
driving: dirig, conduz, correndo, muito rapido, velocidade, imprud, sinal vermelho, perigos, volante
email: email, e-mail, mail$
expensive: caro, cara, mais caro, a mais, demais, superfatur, dobro, taxa extra, subiu, tarifa dinamica, maior
fare: tarifa, preco, custo, custa, valor, orcamento, estimativa, total, quanto
food: comida, pizza, hamburguer, lanche, sushi, jantar, almoco, restaurante, prato, sopa, batata, refeicao, cozinha
forbidden: proibid, permitid, bateria, fogos, explosiv, arma, droga, nao posso enviar, ilegal
found: encontr, achei, achado, de outra pessoa, nao e meu, alheio, pertence
friend: amig, convid, indic, irmao, irma
gps: gps, localizacao, posicao, mapa
grocery: mercado, supermercado, compras, leite, pao$, ovos, iogurte, fruta, legume, verdura, cesta, mercearia
hacked: hacke, invadi, roubaram minha conta, roubaram a minha conta, outra pessoa esta usando, alguem usa, fraude, clon, sem minha autoriza
harassment: assedi, toc, sexual, cantad, apalp, insinu, obscen, mensagens, persegu
hours: horario, abert, a noite, fim de semana, feriado, que horas
ill: doente, vomit, intoxica, diarreia, estomago, enjoo, nausea, passei mal, mal disposto
insurance: segur, cobr, cobertura, quem paga, responsab
invoice: fatura, recibo, nota fiscal, nif$, cnpj, iva$, contabilidade, mensal
job: ser motorista, trabalh, ganhar dinheiro, requisito, emprego, cadastr, inscrever, dirigir para
language: idioma, lingua, fala, portugues, polones, polaco, ingles, traduz
late: atras, demor, lento, ainda nao, nao chegou, nao chega, ha uma hora, ja devia, tarde
login: login, entrar, acess, senha, palavra-passe, iniciar sessao, logar
lost: perd, esquec, deixei, deixad, caiu, sumiu
luggage: mala$, malas, bagagem, assentos, lugares, quantas pessoas, passageiro, cabe
message: notific, aviso, push, alerta
missing: falt, incomplet, nao veio, esquecer
moto: moto, scooter, capacete
move: mudanca, mudar de casa, caminhao, camiao, furgao, carrinha, movei, frete
parcel: pacote, encomenda, caixa, envi, mercadoria, volume, mandar
person: pessoa, human, atendente, agente, operador, falar com, robo$, bot$, representante
phone: telefone, celular, telemovel, iphone, android, chip, sim$, numero
plate: placa, matricula, outro carro, outro motorista, nao confere, nao e o mesmo, nao bate
points: ponto, fidelidade, recompensa, bonus
promo: promo, cupom, cupao, vale, desconto, codigo, oferta, voucher
property: chave, guarda-chuva, casaco, jaqueta, bolsa, oculos, mochila, notebook, carteira, algo, objeto, coisa
refund: reembols, devol, estorn, dinheiro de volta, meu dinheiro, ressarc, compens
review: revis, recurso, recorrer, contest, nao concordo, reconsider, injust, decisao, recus, reclama
ride: viagem, corrida, taxi, carro, trajeto, veiculo, boleia
rude: grosseir, mal educad, mal-educad, grit, insult, xing, reclam, comport, agressiv, rude
scam: golpe, phishing, fals, suspeit, burla, e verdade, se passa, dizendo ser, fraude
schedule: agend, amanha, mais tarde, mais cedo, adiar, antecedencia, semana que vem, proxima semana, data, hora
shared: quem ve, pode ver, acompanhar, compartilh, partilh, familia
soiled: suj, fede, cheiro, mancha, limp, vomit, nojent
steps: escada, degrau, elevador, terreo, res-do-chao, meio-fio, subir
subscription: assinatura, subscri, mensalidade, plano mensal, renovacao
tier: ouro, gold, silver, prata, bronze, platin, premium, categoria, nivel
tip: gorjeta, elogi, obrigad, gentil, simpatic, otimo motorista
twice: duas vezes, dobro, duplicad, duas cobrancas, dois pedidos, repetid
violence: violen, atac, agred, agress, ameac, roub, assalt, faca, arma, bateu, soco
wait: esper, minutos
wallet: carteira, saldo, recarg, wallet, carregar, adicionar dinheiro, sacar, levantar
wheelchair: cadeira de rodas, rampa, acessib, mobilidade, andador, muleta
where: onde, rastre, eta$, status, estado, quanto tempo, a caminho, cade, nao se mexe, nao anda, parado
wrong: errad, incorret, engan, trocad, nao era, nao e o que, diferente
"""
